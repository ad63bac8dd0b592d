//! Pictures inside figures, as PNG in a data URI. A spectrogram made of rectangles would be a
//! hundred times larger.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::error::FigureError;
use crate::palette::ColorMap;
use crate::scale::Scale;

/// The grid color, for cells without a value.
const GAP: [u8; 3] = [0xe3, 0xe2, 0xde];

/// Return a picture with one pixel per value and the first row at the bottom. Values that are not
/// finite are gray.
pub(crate) fn data_uri(
    rows: &[Vec<f64>],
    scale: &Scale,
    map: ColorMap,
) -> Result<String, FigureError> {
    let width = rows.iter().map(Vec::len).max().unwrap_or(0).max(1);
    let mut pixels = Vec::with_capacity(3 * width * rows.len());
    for row in rows.iter().rev() {
        for column in 0..width {
            let value = row.get(column).copied().filter(|value| value.is_finite());
            pixels.extend(value.map_or(GAP, |value| map.at(scale.at(value))));
        }
    }
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width as u32, rows.len().max(1) as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(format!("data:image/png;base64,{}", STANDARD.encode(&bytes)))
}
