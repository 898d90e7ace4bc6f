/** Lets so many go at once, and the others wait: first those with the lowest rank, of these first come, first served. */
export class Turns {
  private readonly waiting: { rank: number; go: () => void }[] = [];

  constructor(private free: number) {}

  /** Resolves when it is one's turn, to what ends the turn. */
  async next(rank = 0): Promise<() => void> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((go) => this.waiting.push({ rank, go }));
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      const least = Math.min(...this.waiting.map(({ rank: other }) => other));
      const following = this.waiting.findIndex(({ rank: other }) => other === least);
      if (following === -1) this.free += 1;
      else this.waiting.splice(following, 1)[0]?.go();
    };
  }
}
