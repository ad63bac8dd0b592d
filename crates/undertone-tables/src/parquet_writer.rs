//! Tables as Parquet.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as PhysicalType};
use parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DataType, DoubleType, FloatType, Int64Type,
};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::Type;

use crate::cell::{Cell, Column, Kind};
use crate::error::TableError;

/// Rows that are in memory before they are written as a row group.
const ROWS: usize = 10_000;

/// Writes Parquet without compression.
pub(crate) struct ParquetWriter<W: Write + Send> {
    file: SerializedFileWriter<W>,
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
}

impl<W: Write + Send> ParquetWriter<W> {
    pub(crate) fn new(columns: Vec<Column>, out: W) -> Result<Self, TableError> {
        let fields: Result<_, _> = columns.iter().map(field).collect();
        let schema = Type::group_type_builder("table").with_fields(fields?);
        let properties = WriterProperties::builder().set_compression(Compression::UNCOMPRESSED);
        let schema = Arc::new(schema.build()?);
        Ok(Self {
            file: SerializedFileWriter::new(out, schema, Arc::new(properties.build()))?,
            columns,
            rows: Vec::new(),
        })
    }

    pub(crate) fn row(&mut self, cells: Vec<Cell>) -> Result<(), TableError> {
        self.rows.push(cells);
        match self.rows.len() < ROWS {
            true => Ok(()),
            false => self.write_rows(),
        }
    }

    pub(crate) fn finish(mut self) -> Result<W, TableError> {
        self.write_rows()?;
        Ok(self.file.into_inner()?)
    }

    fn write_rows(&mut self) -> Result<(), TableError> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let mut group = self.file.next_row_group()?;
        let mut index = 0;
        while let Some(mut writer) = group.next_column()? {
            let cells = self.rows.iter().map(|row| row.get(index));
            let kind = self.columns.get(index).map_or(Kind::Text, |it| it.kind);
            match kind {
                Kind::Text => write::<ByteArrayType>(&mut writer, cells, |cell| match cell {
                    Cell::Text(text) => Some(ByteArray::from(text.as_str())),
                    _ => None,
                })?,
                Kind::Float => write::<FloatType>(&mut writer, cells, |cell| match cell {
                    Cell::Float(number) => Some(*number),
                    _ => None,
                })?,
                Kind::Double => write::<DoubleType>(&mut writer, cells, |cell| match cell {
                    Cell::Double(number) => Some(*number),
                    _ => None,
                })?,
                Kind::Integer => write::<Int64Type>(&mut writer, cells, |cell| match cell {
                    Cell::Integer(number) => Some(*number),
                    _ => None,
                })?,
                Kind::Flag => write::<BoolType>(&mut writer, cells, |cell| match cell {
                    Cell::Flag(flag) => Some(*flag),
                    _ => None,
                })?,
            }
            writer.close()?;
            index += 1;
        }
        group.close()?;
        self.rows.clear();
        Ok(())
    }
}

fn field(column: &Column) -> Result<Arc<Type>, ParquetError> {
    let (kind, logical) = match column.kind {
        Kind::Text => (PhysicalType::BYTE_ARRAY, Some(LogicalType::String)),
        Kind::Float => (PhysicalType::FLOAT, None),
        Kind::Double => (PhysicalType::DOUBLE, None),
        Kind::Integer => (PhysicalType::INT64, None),
        Kind::Flag => (PhysicalType::BOOLEAN, None),
    };
    let field = Type::primitive_type_builder(&column.name, kind)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(logical);
    Ok(Arc::new(field.build()?))
}

/// Write a column. Cells that `value` does not take are empty.
fn write<'a, T: DataType>(
    writer: &mut SerializedColumnWriter<'_>,
    cells: impl Iterator<Item = Option<&'a Cell>>,
    value: impl Fn(&Cell) -> Option<T::T>,
) -> Result<(), ParquetError> {
    let cells: Vec<Option<T::T>> = cells.map(|cell| value(cell?)).collect();
    let levels: Vec<i16> = cells.iter().map(|it| i16::from(it.is_some())).collect();
    let values: Vec<T::T> = cells.into_iter().flatten().collect();
    writer
        .typed::<T>()
        .write_batch(&values, Some(&levels), None)?;
    Ok(())
}

impl From<ParquetError> for TableError {
    fn from(error: ParquetError) -> Self {
        match error {
            ParquetError::External(source) => match source.downcast::<std::io::Error>() {
                Ok(error) => Self::Io(*error),
                Err(source) => Self::Parquet(source.to_string()),
            },
            error => Self::Parquet(error.to_string()),
        }
    }
}
