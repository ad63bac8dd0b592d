// Draws probabilities over time as stacked areas in the labels' colors.

/**
 * Draw areas through `points` (`{ x, probabilities }`, x in pixels and increasing), the first label
 * at the bottom, and above them a ribbon in the color of the most probable label. Points whose
 * probabilities are null leave a gap, which begins and ends in the middle between two points.
 */
export function drawStack(context, height, points, labels) {
  const between = (a, b) => (points[a].x + points[b].x) / 2;
  for (let from = 0; from < points.length; from++) {
    if (!points[from].probabilities) continue;
    let to = from;
    while (points[to + 1]?.probabilities) to++;
    const run = points.slice(from, to + 1);
    if (from > 0) run.unshift({ ...points[from], x: between(from - 1, from) });
    if (to + 1 < points.length) run.push({ ...points[to], x: between(to, to + 1) });
    drawRun(context, height, run, labels);
    from = to;
  }
}

/** Draw one block between two places, as wide as the time that its probabilities stand for. */
export function drawBlock(context, height, from, to, probabilities, labels) {
  drawRun(context, height, [{ x: from, probabilities }, { x: to, probabilities }], labels);
}

function drawRun(context, height, points, labels) {
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
