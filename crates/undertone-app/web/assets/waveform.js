// Draws a waveform from the extremes of each column.

/** Draw the columns over the whole width. A column is at least 0.6 pixels wide. */
export function drawWaveform(context, width, height, color, { min, max }) {
  const middle = height / 2;
  const step = width / max.length;
  context.fillStyle = color;
  context.globalAlpha = 0.35;
  context.fillRect(0, middle - 0.5, width, 1);
  context.globalAlpha = 1;
  context.beginPath();
  max.forEach((high, i) => {
    const top = middle - high * (middle - 1);
    const bottom = middle - min[i] * (middle - 1);
    context.rect(i * step, top, Math.max(step, 0.6), Math.max(bottom - top, 0.8));
  });
  context.fill();
}
