/** The time of the page, once a second, for everything that shows an age or runs down. */
class Clock {
  now = $state(Date.now());

  start(): () => void {
    const tick = setInterval(() => (this.now = Date.now()), 1_000);
    return () => clearInterval(tick);
  }
}

export const clock = new Clock();
