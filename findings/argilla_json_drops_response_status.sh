#!/usr/bin/env bash
# argilla 2.8.0: records exported to JSON lose the status of each response, so that drafts and
# discarded answers can't be told from submitted ones
#
# Guess:    an export to JSON holds what the record holds; a response has a value, a user and
#           a status (submitted, draft or discarded), and reading it back gives it again.
# Happens:  of a response the file has value and user_id. The status that stands beside it is
#           the record's, "pending" or "completed", for all three. Read back by the package's
#           own reader, all three have the status None. The flat lists of the same records
#           have a column of statuses for each question.
# Matters:  whoever exports answers for training: what an annotator threw away, or hadn't
#           finished, becomes a vote like any other, and nothing in the file tells.
# Output:   records: submitted draft discarded   read back from JSON: None None None
#           flat lists: submitted draft discarded
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q argilla==2.8.0 datasets==3.6.0 huggingface-hub==0.36.2 numpy==2.4.6
"$dir/venv/bin/python" - "$dir/records.json" <<'PY'
import sys
import uuid

import argilla as rg
from argilla.records._io import GenericIO, JsonIO

said = [("cat", "submitted"), ("dog", "draft"), ("cat", "discarded")]
records = [
    rg.Record(
        id=str(i),
        fields={"text": f"number {i}"},
        responses=[rg.Response("label", value, user_id=uuid.UUID(int=1), status=status)],
    )
    for i, (value, status) in enumerate(said)
]


def statuses(some):
    return " ".join(one.responses["label"][0].status.value for one in some)


def told(some):
    try:
        return statuses(some)
    except AttributeError:  # a status that is a text already
        return " ".join(str(one.responses["label"][0].status) for one in some)


JsonIO.to_json(records=records, path=sys.argv[1])
flat = GenericIO.to_list(records, flatten=True)
column = next(name for name in flat[0] if name.endswith("status") and "label" in name)
found = {
    "records": told(records),
    "read back from JSON": told(JsonIO._records_from_json(path=sys.argv[1])),
    "flat lists": " ".join(str(row[column][0]) for row in flat),
}
print("   ".join(f"{name}: {value}" for name, value in found.items()))
assert found["records"] == found["flat lists"] == "submitted draft discarded", found
assert found["read back from JSON"] == "None None None", found
PY
