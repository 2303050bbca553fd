#!/usr/bin/env python3
"""Make data/sp500_adjusted_closes.csv.gz from the PyPI package `skfolio`.

    pip download --no-deps -d /tmp/skfolio skfolio
    scripts/make_market_data.py /tmp/skfolio/skfolio-*.whl

The package (BSD-3-Clause) ships adjusted daily closes of twenty S&P 500 stocks, 1990 to 2022.
The copy holds the same figures, one line per stock, in thousandths of a dollar:

    Date,1990-01-02,1990-01-03,...
    AAPL,264,2,...

The first figure of a stock is its first close, every later one the change from the day before,
so `zcat` shows it and the file stays small. The output is the same bytes every time.
"""

import csv
import gzip
import io
import sys
import zipfile
from decimal import Decimal
from pathlib import Path

MEMBER = "skfolio/datasets/data/sp500_dataset.csv.gz"
DATA = Path(__file__).resolve().parent.parent / "data"


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with zipfile.ZipFile(sys.argv[1]) as wheel:
        text = gzip.decompress(wheel.read(MEMBER)).decode("ascii")
        licence = next(n for n in wheel.namelist() if n.endswith("licenses/LICENSE"))
        (DATA / "LICENSE-skfolio").write_bytes(wheel.read(licence))
    rows = list(csv.reader(io.StringIO(text)))
    lines = []
    for name, *values in zip(*rows):
        if name == "Date":
            lines.append(",".join([name, *values]))
            continue
        mills = [Decimal(v) * 1000 for v in values]
        if any(m != int(m) or m <= 0 for m in mills):
            sys.exit(f"{name}: a close is not a positive number of thousandths")
        changes = [int(b - a) for a, b in zip([Decimal(0), *mills], mills)]
        lines.append(",".join([name, *map(str, changes)]))
    packed = gzip.compress(("\n".join(lines) + "\n").encode("ascii"), 9, mtime=0)
    (DATA / "sp500_adjusted_closes.csv.gz").write_bytes(packed)
    print(f"{len(lines) - 1} stocks, {len(rows) - 1} days, {len(packed)} bytes")


if __name__ == "__main__":
    main()
