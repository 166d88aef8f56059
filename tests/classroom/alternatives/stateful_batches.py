"""Right answers to the tasks of chapter 09, each written in another way."""

place_of_target = 416.0
slope_across_cut = 5.5
mean_uses = 30.5
share_taught = 0.091


def fresh_columns(hidden, fresh):
    states = []
    for state in hidden:
        state = state.detach().clone()
        for column, new in enumerate(fresh.tolist()):
            if new:
                state[0, column] = 0
        states.append(state)
    return tuple(states)
