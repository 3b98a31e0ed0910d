#!/usr/bin/env bash
# pillow 13.0.0: a mask saved as PNG with a short palette has other class ids
#
# Guess:    PNG is lossless. A mask with a palette keeps the numbers of its pixels; a number
#           without a colour (255, "ignore") stays 255, or save refuses it.
# Happens:  save takes as many bits a pixel as the colours of the palette need, whatever the
#           pixels are, and cuts the rest: with up to 2 colours 255 becomes 1, with up to 4 it
#           becomes 3, with up to 16 it becomes 15. From 17 colours on all is kept. Nothing is
#           said, and in memory the mask is still right.
# Matters:  255 marks pixels without a label in Pascal VOC and what follows it. Give each class
#           a colour, none to 255, and all unlabelled pixels are of the last class of a data set
#           with 2, 4 or 16 classes, or of a class that doesn't exist. VOC itself, with 21
#           classes, works, so the code looks tested.
# Output:   [0, 1, 255] -> [0, 1, 1]           [0, 1, 2, 3, 255] -> [0, 1, 2, 3, 3]
#           [0, 1, 10, 255] -> [0, 1, 10, 15]  [0, 1, 20, 255] -> [0, 1, 20, 255]
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q pillow==13.0.0 numpy==2.4.6
OMP_NUM_THREADS=1 "$dir/venv/bin/python" - <<'PY'
import io
import sys

import numpy as np
from PIL import Image


def written_and_read(ids, colours):
    image = Image.fromarray(np.array([ids], dtype=np.uint8))
    image.putpalette([value for colour in range(colours) for value in (colour, 90, 200)])
    before = np.asarray(image)[0].tolist()
    file = io.BytesIO()
    image.save(file, "PNG")
    file.seek(0)
    return before, np.asarray(Image.open(file))[0].tolist()


object_mask, four, eleven, twenty_one = (
    written_and_read(ids, colours)
    for ids, colours in (
        ([0, 1, 255], 2),
        ([0, 1, 2, 3, 255], 4),
        ([0, 1, 10, 255], 11),
        ([0, 1, 20, 255], 21),
    )
)
for before, after in (object_mask, four, eleven, twenty_one):
    print(f"{before} -> {after}")
as_seen = (
    object_mask == ([0, 1, 255], [0, 1, 1])
    and four == ([0, 1, 2, 3, 255], [0, 1, 2, 3, 3])
    and eleven == ([0, 1, 10, 255], [0, 1, 10, 15])
    and twenty_one[0] == twenty_one[1]
)
sys.exit(0 if as_seen else "the behaviour changed")
PY
