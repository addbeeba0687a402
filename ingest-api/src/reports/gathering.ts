import type { Asker } from './tenant'

type Waiting<Answer> = { tenant: Asker; resolve: (answer: Answer) => void; reject: (error: unknown) => void }

/** Of a question; more wait for the next, so that nobody waits for very many. */
const MOST_TENANTS = 100
const MOST_IMPLEMENTATIONS = 2_000

/**
 * Lets tenants who ask the same at the same time ask together. Who comes first asks at once; who comes while a question
 * of the same kind is under way waits for its end and is then asked for with all others who wait.
 *
 * One tenant's question may fail for its own reasons, so that after a failure each asks alone.
 */
export class Gathering<Answer> {
  readonly #lines = new Map<string, Waiting<Answer>[]>()

  /** @param askEach answers the tenants in their order; the same for all who name the same kind */
  ask(kind: string, tenant: Asker, askEach: (tenants: Asker[]) => Promise<Answer[]>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const line = this.#lines.get(kind)
      if (line) return void line.push({ tenant, resolve, reject })
      const own = [{ tenant, resolve, reject }]
      this.#lines.set(kind, own)
      void this.#serve(kind, own, askEach)
    })
  }

  async #serve(kind: string, line: Waiting<Answer>[], askEach: (tenants: Asker[]) => Promise<Answer[]>) {
    while (line.length > 0) await answer(takeTurn(line), askEach)
    this.#lines.delete(kind)
  }
}

async function answer<Answer>(
  turn: Waiting<Answer>[],
  askEach: (tenants: Asker[]) => Promise<Answer[]>,
): Promise<void> {
  try {
    const answers = await askEach(turn.map(({ tenant }) => tenant))
    turn.forEach(({ resolve }, place) => resolve(answers[place]!))
  } catch (error) {
    if (turn.length === 1) turn[0]!.reject(error)
    else await Promise.all(turn.map((each) => answer([each], askEach)))
  }
}

function takeTurn<Answer>(line: Waiting<Answer>[]): Waiting<Answer>[] {
  let implementations = 0
  const beyond = line.findIndex(({ tenant }, place) => {
    implementations += tenant.whose === 'builder' ? 1 : tenant.implementationIds.length
    return place > 0 && (place === MOST_TENANTS || implementations > MOST_IMPLEMENTATIONS)
  })
  return line.splice(0, beyond < 0 ? line.length : beyond)
}
