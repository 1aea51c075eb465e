"""How large a file may be, so that a hostile or broken one is refused, not suffered.

None of these is a matter of taste in method: each is far above any survey and far
below what stops a laptop. Larger data go through ``summarise_responses`` on DuckDB.
"""

from __future__ import annotations

MEBIBYTE = 2**20
# Bytes of an export or a summary on the disk, and of a workbook once unpacked.
LARGEST_FILE = 256 * MEBIBYTE
LARGEST_UNPACKED = 512 * MEBIBYTE
# A part of a workbook that unpacks to more than this many times its size is no
# sheet (those reach 10 to 40), once it is large enough to matter.
MOST_UNPACKED_TIMES = 200
LARGEST_UNASKED = 16 * MEBIBYTE
MOST_PARTS = 5_000
# Columns, rows, and rows times columns of a table that is read into memory.
MOST_COLUMNS = 5_000
MOST_ROWS = 5_000_000
MOST_CELLS = 50_000_000
# Bytes of those cells where a file packs them: in SPSS and Parquet a few bytes can
# stand for any number of long texts.
LARGEST_TABLE = 2_048 * MEBIBYTE
# Signs on one line of a CSV file: so many columns with a page of text in each.
LONGEST_LINE = 8 * MEBIBYTE
# A codebook of a thousand items with wordings in two languages has under 1 MiB.
LARGEST_TOML = 2 * MEBIBYTE
DEEPEST = 16
MOST_DOTS = 100
LARGEST_NUMBER = 2**53
