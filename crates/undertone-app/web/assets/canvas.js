// Shared by all drawings: sharp pixels, the theme's color, and redrawing when either changes.

/**
 * Draw on a canvas now and whenever its size or the theme changes. `draw(context, width, height,
 * color)` uses CSS pixels; `color` is the canvas's CSS color. Return a function that redraws.
 */
export function drawOn(canvas, draw) {
  const redraw = () => {
    const { clientWidth: width, clientHeight: height } = canvas;
    if (!width || !height) return; // hidden
    const scale = devicePixelRatio;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    const context = canvas.getContext("2d");
    context.scale(scale, scale);
    draw(context, width, height, getComputedStyle(canvas).color);
  };
  new ResizeObserver(redraw).observe(canvas);
  document.addEventListener("themechange", redraw);
  return redraw;
}
