/** How something went over time, in a bounded number of points: the longer it is, the coarser. */
export interface Point {
  /** When its stretch begins, milliseconds. */
  at: number;
  /** The most of it within the stretch: what came near a limit must not be smoothed away. */
  most: number;
}

export const POINTS_MAX = 240;
const FIRST_STEP_MS = 5_000;

export class Track {
  #points: Point[] = [];
  #step = FIRST_STEP_MS;

  add(at: number, value: number): void {
    const begins = Math.floor(at / this.#step) * this.#step;
    const last = this.#points.at(-1);
    if (last !== undefined && begins <= last.at) {
      last.most = Math.max(last.most, value);
      return;
    }
    this.#points.push({ at: begins, most: value });
    while (this.#points.length > POINTS_MAX) this.#halve();
  }

  /** As it was, oldest first. A pause of more than two stretches is a gap, between which nothing is known. */
  stretches(): Point[][] {
    const parts: Point[][] = [];
    for (const point of this.#points) {
      const part = parts.at(-1);
      const before = part?.at(-1);
      if (part === undefined || before === undefined || point.at - before.at > 6 * this.#step) parts.push([{ ...point }]);
      else part.push({ ...point });
    }
    return parts;
  }

  #halve(): void {
    this.#step *= 2;
    const merged: Point[] = [];
    for (const point of this.#points) {
      const begins = Math.floor(point.at / this.#step) * this.#step;
      const last = merged.at(-1);
      if (last?.at === begins) last.most = Math.max(last.most, point.most);
      else merged.push({ at: begins, most: point.most });
    }
    this.#points = merged;
  }
}
