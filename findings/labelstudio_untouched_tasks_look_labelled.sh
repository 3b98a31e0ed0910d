#!/usr/bin/env bash
# label-studio-sdk 2.1.2: in a JSON_MIN export, labels that were imported look like people's
#
# Guess:    the export's "label" is what somebody chose; a task nobody has opened has no label in
#           it or isn't there, like a task that was skipped.
# Happens:  a column of the imported data that is named like the control is exported under the
#           control's name. An untouched task then has the row {"label": "dog"} with the imported
#           label, as if it had been checked; one that was annotated has the person's label
#           in the same place. Only annotation_id (null) tells. A task whose annotator skipped it,
#           who did look at it, has no row at all.
# Matters:  that is how wrong labels are sent to be checked: text and its doubtful label. What comes
#           back mixes checked labels with unchecked ones, and leaves out the ones that
#           people found too hard.
# Output:   checked cat (annotation 1)   untouched dog (annotation None)   skipped no row
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q label-studio-sdk==2.1.2
"$dir/venv/bin/python" - "$dir" <<'PY'
import json
import sys
from pathlib import Path

from label_studio_sdk.converter import Converter

folder = Path(sys.argv[1])
config = """<View>
  <Text name="text" value="$text"/>
  <Choices name="label" toName="text"><Choice value="cat"/><Choice value="dog"/></Choices>
</View>"""
chosen = {
    "from_name": "label",
    "to_name": "text",
    "type": "choices",
    "value": {"choices": ["cat"]},
}
annotation = {"id": 1, "completed_by": 1, "was_cancelled": False, "result": [chosen]}
skipped = {"id": 2, "completed_by": 1, "was_cancelled": True, "result": []}
tasks = [
    {"id": number, "data": {"text": text, "label": "dog"}, "annotations": annotations}
    for number, text, annotations in (
        (1, "checked", [annotation]),
        (2, "untouched", []),
        (3, "skipped", [skipped]),
    )
]
(folder / "tasks.json").write_text(json.dumps(tasks))
Converter(config, str(folder)).convert_to_json_min(
    str(folder / "tasks.json"), str(folder / "out"), is_dir=False
)
rows = {row["text"]: row for row in json.loads((folder / "out" / "result.json").read_text())}
for name in ("checked", "untouched", "skipped"):
    row = rows.get(name)
    print(name, f"{row['label']} (annotation {row['annotation_id']})" if row else "no row")
as_seen = (
    rows["checked"]["label"] == "cat"
    and rows["untouched"]["label"] == "dog"
    and rows["untouched"]["annotation_id"] is None
    and "skipped" not in rows
)
sys.exit(0 if as_seen else "the behaviour changed")
PY
