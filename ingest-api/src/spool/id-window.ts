/**
 * Remembers the last `size` to `2 * size` ids: enough to tell a client's retry at the door.
 * What comes back later than that meets its twin in ClickHouse, whose key ends in the id.
 */
export class IdWindow {
  #young = new Set<string>()
  #old = new Set<string>()
  constructor(readonly size: number) {}

  has(id: string): boolean {
    return this.#young.has(id) || this.#old.has(id)
  }

  add(id: string): void {
    this.#young.add(id)
    if (this.#young.size < this.size) return
    this.#old = this.#young
    this.#young = new Set()
  }

  /** Forgets an id whose event was not kept after all. */
  delete(id: string): void {
    this.#young.delete(id)
    this.#old.delete(id)
  }
}
