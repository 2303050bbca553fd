import { expect, test } from "vitest";
import { POINTS_MAX, Track } from "./track";

test("a track keeps its highest points however long it becomes, and never grows beyond its bound", () => {
  const track = new Track();
  const day = 86_400_000;
  for (let at = 0; at < day; at += 5_000) track.add(at, at === 3_600_000 ? 99 : 10);
  const points = track.stretches().flat();
  expect(points.length).toBeLessThanOrEqual(POINTS_MAX);
  expect(points.length).toBeGreaterThan(POINTS_MAX / 3);
  expect(Math.max(...points.map((point) => point.most))).toBe(99);
  expect(points.at(-1)?.at).toBeGreaterThan(day - day / 50);
  expect(track.stretches()).toHaveLength(1);
});

test("within a stretch the most counts, and a pause is a gap", () => {
  const track = new Track();
  for (const [at, value] of [[0, 1], [1_000, 7], [2_000, 3], [5_000, 2], [600_000, 4]] as const) track.add(at, value);
  expect(track.stretches()).toEqual([[{ at: 0, most: 7 }, { at: 5_000, most: 2 }], [{ at: 600_000, most: 4 }]]);
});
