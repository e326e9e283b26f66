import { describe, expect, it } from "vitest";
import { NODE_HEIGHT, NODE_WIDTH } from "./graph";
import { pannedTo, rectOf, viewOfAll } from "./viewing";

const SIZE = { width: 1000, height: 700 };
const OVERVIEW = { x: 1000 - 215, y: 700 - 165 };
const VIEW = { x: 0, y: 0, zoom: 1 };

const corner = (point: { x: number; y: number }, view: { x: number; y: number; zoom: number }) => ({
  right: (point.x + NODE_WIDTH) * view.zoom + view.x,
  bottom: (point.y + NODE_HEIGHT) * view.zoom + view.y,
});

describe("viewOfAll", () => {
  it.each([
    ["wide and high", { a: { x: 0, y: 0 }, b: { x: 900, y: 900 } }],
    ["a column at the right", { a: { x: 0, y: 0 }, b: { x: 760, y: 0 }, c: { x: 760, y: 620 } }],
    ["a row", { a: { x: 0, y: 0 }, b: { x: 3000, y: 0 } }],
  ])("shows %s, with nothing under the overview", (_, at: Record<string, { x: number; y: number }>) => {
    const view = viewOfAll(at, SIZE, 0.1);
    for (const point of Object.values(at)) {
      const { right, bottom } = corner(point, view);
      expect(point.x * view.zoom + view.x).toBeGreaterThanOrEqual(0);
      expect(right).toBeLessThanOrEqual(SIZE.width);
      expect(bottom).toBeLessThanOrEqual(SIZE.height);
      expect(right > OVERVIEW.x && bottom > OVERVIEW.y).toBe(false);
    }
  });

  it("does not enlarge what is small", () => {
    expect(viewOfAll({ a: { x: 0, y: 0 } }, SIZE, 0.1).zoom).toBe(1);
  });
});

describe("pannedTo", () => {
  it("leaves the view where the step is in sight", () => {
    expect(pannedTo(rectOf("a", { x: 100, y: 100 }), VIEW, SIZE)).toBe(VIEW);
  });

  it("pans as little as it must, and keeps the zoom", () => {
    const view = pannedTo(rectOf("a", { x: 300, y: 1000 }), { ...VIEW, zoom: 0.5, y: 400 }, SIZE);
    expect(view.zoom).toBe(0.5);
    expect(view.x).toBe(0);
    expect(corner({ x: 300, y: 1000 }, view).bottom).toBeLessThan(SIZE.height);
  });

  it("brings a step out from under the overview", () => {
    const { bottom } = corner({ x: 740, y: 600 }, pannedTo(rectOf("a", { x: 740, y: 600 }), VIEW, SIZE));
    expect(bottom).toBeLessThan(OVERVIEW.y);
  });
});
