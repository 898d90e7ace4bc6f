/** Passes on a message at most once in an interval, in milliseconds; what comes between is left out. */
export function throttle(tell: (message: string) => void, interval: number): (message: string) => void {
  let next = 0;
  return (message) => {
    if (performance.now() < next) return;
    next = performance.now() + interval;
    tell(message);
  };
}
