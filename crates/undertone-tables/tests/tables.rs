//! Tables as others read them.

use undertone_tables::{Cell, Column, Kind, TableFormat, TableWriter};

fn columns() -> Vec<Column> {
    vec![
        Column::new("path", Kind::Text),
        Column::new("p_happy", Kind::Float),
        Column::new("seconds", Kind::Double),
        Column::new("channels", Kind::Integer),
        Column::new("speech", Kind::Flag),
    ]
}

fn rows() -> Vec<Vec<Cell>> {
    vec![
        vec![
            Cell::text("a, \"b\".wav"),
            Cell::Float(0.1),
            Cell::Double(0.1),
            Cell::Integer(2),
            Cell::Flag(true),
        ],
        vec![
            Cell::text("=1+1.wav"),
            Cell::Empty,
            Cell::Empty,
            Cell::Empty,
            Cell::Empty,
        ],
    ]
}

#[test]
fn csv_quotes_and_defuses() {
    let mut table = TableWriter::new(TableFormat::Csv, columns(), Vec::new()).unwrap();
    for row in rows() {
        table.row(row).unwrap();
    }
    assert_eq!(
        String::from_utf8(table.finish().unwrap()).unwrap(),
        "path,p_happy,seconds,channels,speech\n\
         \"a, \"\"b\"\".wav\",0.1,0.1,2,true\n\
         '=1+1.wav,,,,\n"
    );
}

#[test]
#[cfg(not(feature = "parquet"))]
fn parquet_is_a_feature() {
    let table = TableWriter::new(TableFormat::Parquet, columns(), Vec::new());
    assert!(table.is_err_and(|error| error.to_string().contains("no Parquet")));
}

/// `parquet.py` reads the file with pyarrow, if the environment names a Python that has it.
#[test]
#[cfg(feature = "parquet")]
fn pyarrow_reads_parquet() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table.parquet");
    let file = std::fs::File::create(&path).unwrap();
    let mut table = TableWriter::new(TableFormat::Parquet, columns(), file).unwrap();
    // Several row groups.
    for _ in 0..12_500 {
        for row in rows() {
            table.row(row).unwrap();
        }
    }
    table.finish().unwrap();
    let Some(python) = std::env::var_os("UNDERTONE_PYARROW_PYTHON") else {
        println!("skipped: UNDERTONE_PYARROW_PYTHON names no Python with pyarrow");
        return;
    };
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/parquet.py");
    let read = std::process::Command::new(python)
        .args([std::path::Path::new(script), &path])
        .status();
    assert!(read.unwrap().success());
}

#[test]
#[cfg(feature = "parquet")]
fn a_table_without_rows_is_a_parquet_file() {
    let table = TableWriter::new(TableFormat::Parquet, columns(), Vec::new()).unwrap();
    let bytes = table.finish().unwrap();
    assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
}
