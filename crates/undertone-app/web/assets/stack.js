// Draws probabilities over time as stacked areas in the labels' colors.

/**
 * Draw areas through `points` (`{ x, probabilities }`, x in pixels and increasing), the first label
 * at the bottom, and above them a ribbon in the color of the most probable label.
 */
export function drawStack(context, height, points, labels) {
  const ribbon = 5;
  const top = ribbon + 3;
  const y = (share) => height - share * (height - top);
  let below = points.map(() => 0);
  labels.forEach(({ color }, i) => {
    const above = below.map((sum, n) => sum + points[n].probabilities[i]);
    context.beginPath();
    points.forEach(({ x }, n) => context.lineTo(x, y(above[n])));
    for (let n = points.length - 1; n >= 0; n--) context.lineTo(points[n].x, y(below[n]));
    context.closePath();
    context.fillStyle = color;
    context.fill();
    below = above;
  });
  for (let n = 0; n < points.length; n++) {
    const { x, probabilities } = points[n];
    // Whole pixels avoid seams between equal colors.
    const from = Math.round(n === 0 ? x : (points[n - 1].x + x) / 2);
    const to = Math.round(n === points.length - 1 ? x : (points[n + 1].x + x) / 2);
    context.fillStyle = labels[probabilities.indexOf(Math.max(...probabilities))].color;
    context.fillRect(from, 0, to - from, ribbon);
  }
}
