from lessons_pkg.evaluation import evaluate_stream


def mean_nll(model, ids, T):
    return evaluate_stream(model, ids, bptt=T).nll
