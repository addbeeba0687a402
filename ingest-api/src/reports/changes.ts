import type { Tenant } from './tenant'

/**
 * How often stored events of a tenant have changed, so that an answer can be kept under that number: whoever asks after
 * a change asks under another one. Every change is a step, and a tenant is as far as the last step of its own.
 *
 * It knows what this process stores and rewrites. Where others do too, answers are kept for a short time only.
 */
export type Changes = {
  /** Events of these implementations, whose builders these are, were stored or rewritten. */
  note(implementationIds: Iterable<string>, builderIds: Iterable<string>): void
  stepOf(tenant: Tenant): number
}

/** @param most how many implementations and builders are told apart; the rest change together */
export function createChanges(most: number): Changes {
  let step = 0
  /** The last step of implementations and builders, those that changed last standing last. */
  const steps = new Map<string, number>()
  /** The last step of anybody who is not among them. */
  let others = 0
  return {
    note(implementationIds, builderIds) {
      step++
      for (const ids of [implementationIds, builderIds])
        for (const id of ids) {
          steps.delete(id)
          steps.set(id, step)
        }
      for (const [id, last] of steps) {
        if (steps.size <= most) break
        steps.delete(id)
        others = last
      }
    },
    stepOf(tenant) {
      if (tenant.whose === 'platform') return step
      const ids = tenant.whose === 'builder' ? [tenant.builderId] : tenant.implementationIds
      return ids.reduce((last, id) => Math.max(last, steps.get(id) ?? others), 0)
    },
  }
}
