"""Right answers to the tasks of chapter 05 about steps and runs that are written in another way."""

raw_step = 4.68
turned = 83.1
four_runs = " BCAD "
rest_by_hand = 0.1
