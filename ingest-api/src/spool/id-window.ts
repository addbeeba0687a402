/**
 * Remembers the last `size` to `2 * size` event ids, each with the number of the group it went to the disk with:
 * enough to tell a client's retry at the door. What comes back later than that meets its twin in ClickHouse, whose
 * key ends in the id.
 *
 * Ids are kept exactly, as the 128 bits that they are, in two open-addressing tables of which the older one is emptied
 * when the younger is full: 20 bytes a slot, and nothing for the garbage collector, which a map of half a million
 * strings costs more than everything else on the way to the disk.
 */
export class IdWindow {
  #young: Table
  #old: Table
  constructor(readonly size: number) {
    this.#young = new Table(size)
    this.#old = new Table(size)
  }

  /**
   * Notes an id. Answers 0 when it is new, and otherwise the group it belongs to since before.
   * @param id lower-case UUID
   * @param group any number from 1 to 2^32 - 1
   */
  add(id: string, group: number): number {
    readId(id)
    const known = this.#young.find() || this.#old.find()
    if (known) return known
    this.#young.put(group)
    if (this.#young.count >= this.size) {
      const emptied = this.#old
      emptied.clear()
      this.#old = this.#young
      this.#young = emptied
    }
    return 0
  }

  /** Forgets an id whose event was not kept after all. */
  delete(id: string): void {
    readId(id)
    this.#young.remove()
    this.#old.remove()
  }
}

/** The id in hand, as four words; it saves an array per event. */
const word = new Uint32Array(4)
const HEX = new Uint8Array(128)
for (let digit = 0; digit < 16; digit++) HEX[digit.toString(16).charCodeAt(0)] = digit
/** Where the four words of a UUID start, and where a dash is jumped over within them. */
const PLACES = [0, 9, 19, 28].map((start, index) =>
  Array.from(
    { length: 8 },
    (_, digit) => start + digit + ((index === 1 || index === 2) && digit > 3 ? 1 : 0),
  ),
)

function readId(id: string): void {
  for (let index = 0; index < 4; index++) {
    const places = PLACES[index]!
    let value = 0
    for (let digit = 0; digit < 8; digit++) value = (value << 4) | HEX[id.charCodeAt(places[digit]!) & 127]!
    word[index] = value
  }
}

/** Ids come from clients, who must not be able to choose ones that meet in one slot. */
const SEEDS = crypto.getRandomValues(new Uint32Array(4)).map((seed) => seed | 1)

function hashOfWord(): number {
  let hash = 0
  for (let index = 0; index < 4; index++) {
    hash = Math.imul(hash ^ word[index]!, SEEDS[index]!)
    hash ^= hash >>> 15
  }
  return hash >>> 0
}

const SLOT_WORDS = 5
/** The group of a slot that is free. */
const EMPTY = 0

class Table {
  count = 0
  readonly #slots: number
  readonly #words: Uint32Array
  constructor(size: number) {
    this.#slots = 2 ** Math.ceil(Math.log2(size * 2))
    this.#words = new Uint32Array(this.#slots * SLOT_WORDS)
  }

  /** The group of the id in hand, or 0. */
  find(): number {
    const at = this.#seek()
    return this.#words[at + 4]!
  }

  put(group: number): void {
    const at = this.#seek()
    this.#words.set(word, at)
    this.#words[at + 4] = group
    this.count++
  }

  /** Takes the id in hand out, and moves up what would no longer be found behind the gap. */
  remove(): void {
    let gap = this.#seek()
    if (this.#words[gap + 4] === EMPTY) return
    this.count--
    for (let at = this.#next(gap); this.#words[at + 4] !== EMPTY; at = this.#next(at)) {
      word.set(this.#words.subarray(at, at + 4))
      const home = (hashOfWord() & (this.#slots - 1)) * SLOT_WORDS
      const length = this.#words.length
      // Only an id whose way from home to here leads over the gap may move into it.
      if ((at - home + length) % length < (at - gap + length) % length) continue
      this.#words.copyWithin(gap, at, at + SLOT_WORDS)
      gap = at
    }
    this.#words[gap + 4] = EMPTY
  }

  clear(): void {
    this.#words.fill(0)
    this.count = 0
  }

  /** The slot of the id in hand, or the empty one where it belongs. */
  #seek(): number {
    const words = this.#words
    let at = (hashOfWord() & (this.#slots - 1)) * SLOT_WORDS
    while (
      words[at + 4] !== EMPTY &&
      (words[at] !== word[0] ||
        words[at + 1] !== word[1] ||
        words[at + 2] !== word[2] ||
        words[at + 3] !== word[3])
    )
      at = this.#next(at)
    return at
  }

  #next = (at: number) => (at + SLOT_WORDS === this.#words.length ? 0 : at + SLOT_WORDS)
}
