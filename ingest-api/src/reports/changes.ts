import type { Tenant } from './tenant'

/**
 * How often stored events of a tenant have changed, so that an answer can be kept under that number: whoever asks after
 * a change asks under another one. Every change is a step, and a tenant is as far as the last step of its own.
 *
 * It knows what this process stores and rewrites. Where others do too, answers are kept for a short time only.
 */
export class Changes {
  #step = 0
  /** The last step of implementations and builders, those that changed last standing last. */
  readonly #steps = new Map<string, number>()
  /** The last step of anybody who is not among them. */
  #others = 0

  /** @param most how many implementations and builders are told apart; the rest change together */
  constructor(private readonly most: number) {}

  /** Events of these implementations, whose builders these are, were stored or rewritten. */
  note(implementationIds: Iterable<string>, builderIds: Iterable<string>): void {
    this.#step++
    for (const ids of [implementationIds, builderIds])
      for (const id of ids) {
        this.#steps.delete(id)
        this.#steps.set(id, this.#step)
      }
    for (const [id, step] of this.#steps) {
      if (this.#steps.size <= this.most) break
      this.#steps.delete(id)
      this.#others = step
    }
  }

  stepOf(tenant: Tenant): number {
    if (tenant.whose === 'platform') return this.#step
    const ids = tenant.whose === 'builder' ? [tenant.builderId] : tenant.implementationIds
    return ids.reduce((last, id) => Math.max(last, this.#steps.get(id) ?? this.#others), 0)
  }
}
