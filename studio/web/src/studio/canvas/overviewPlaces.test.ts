import { describe, expect, it } from "vitest";
import { areaOf, OVERVIEW_SIZE, scaled, seenBy, shownArea, within } from "./overviewPlaces";

const area = (x: number, y: number, width: number, height: number) => ({ x, y, width, height });

describe("the overview", () => {
  it("shows everything, and the view where that is beside it", () => {
    const all = areaOf([area(0, 0, 100, 50), area(300, 900, 100, 50)]);
    expect(all).toEqual(area(0, 0, 400, 950));
    expect(areaOf([])).toBeNull();
    expect(shownArea(all, area(10, 10, 50, 50), null)).toEqual(all);
    expect(shownArea(all, area(-100, 0, 50, 50), null)).toEqual(area(-100, 0, 500, 950));
    expect(shownArea(null, area(1, 2, 3, 4), null)).toEqual(area(1, 2, 3, 4));
  });

  it("stays the same object while the view moves inside, so that nothing is drawn again", () => {
    const all = area(0, 0, 400, 950);
    const before = shownArea(all, area(0, 0, 100, 100), null);
    expect(shownArea(all, area(50, 60, 100, 100), before)).toBe(before);
  });

  it("keeps everything inside, in its own proportions", () => {
    for (const all of [area(0, 0, 4000, 100), area(-50, 20, 10, 9000), area(3, 3, 0, 0)]) {
      const fit = scaled(all);
      const seen = within(fit, all);
      expect(seen.x).toBeGreaterThanOrEqual(0);
      expect(seen.y).toBeGreaterThanOrEqual(0);
      expect(seen.x + seen.width).toBeLessThanOrEqual(OVERVIEW_SIZE.width + 0.001);
      expect(seen.y + seen.height).toBeLessThanOrEqual(OVERVIEW_SIZE.height * 1.01);
      expect(fit.box.width / fit.scale).toBeCloseTo(OVERVIEW_SIZE.width);
    }
  });

  it("knows what a view sees", () => {
    expect(seenBy({ x: -100, y: 50, zoom: 0.5 }, { width: 800, height: 600 })).toEqual(area(200, -100, 1600, 1200));
  });
});
