"""Check the table that tables.rs wrote: parquet.py FILE."""

import sys

import pyarrow as pa
import pyarrow.parquet as pq

table = pq.read_table(sys.argv[1])
assert table.schema.equals(
    pa.schema(
        [
            ("path", pa.string()),
            ("p_happy", pa.float32()),
            ("seconds", pa.float64()),
            ("channels", pa.int64()),
            ("speech", pa.bool_()),
        ]
    )
), table.schema
assert pq.ParquetFile(sys.argv[1]).num_row_groups == 3
assert table.num_rows == 25_000
first, second = table.slice(0, 2).to_pylist()
assert first == {"path": 'a, "b".wav', "p_happy": first["p_happy"], "seconds": 0.1, "channels": 2, "speech": True}
assert abs(first["p_happy"] - 0.1) < 1e-7
assert second == {"path": "=1+1.wav", "p_happy": None, "seconds": None, "channels": None, "speech": None}
