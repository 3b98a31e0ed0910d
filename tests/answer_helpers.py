"""What labelling tools export, built piece by piece."""


def result(value, kind="choices", name="label", **more):
    """Return one result of a control, as Label Studio writes it."""
    return {
        "id": "a",
        "from_name": name,
        "to_name": "x",
        "type": kind,
        "value": value,
    } | more


def annotation(*results, who=1, **more):
    return {
        "id": 9,
        "completed_by": who,
        "result": list(results),
        "was_cancelled": False,
    } | more


def choice(*labels, **more):
    return result({"choices": list(labels)}, **more)


def task(number, *annotations, **more):
    return {
        "id": number,
        "data": {"text": "?"},
        "annotations": list(annotations),
    } | more


def triples(answers):
    return list(zip(answers.tasks, answers.annotators, answers.labels, strict=True))
