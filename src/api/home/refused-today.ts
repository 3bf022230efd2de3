/** Of a counter that runs since the process began, what has come since midnight. Seen only as often as somebody looks. */
export class RefusedToday {
  #day = Number.NEGATIVE_INFINITY;
  #before = 0;
  #last = 0;

  count(total: number, since: Date): number {
    const day = since.getTime();
    if (day !== this.#day) {
      this.#before = this.#day === Number.NEGATIVE_INFINITY ? 0 : this.#last;
      this.#day = day;
    }
    this.#last = total;
    return Math.max(0, total - this.#before);
  }
}
