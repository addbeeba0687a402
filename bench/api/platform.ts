/** Who and what is on the platform of `npm run bench:api`; each is known by its number. */
export const [BUILDERS, OWNERS, IMPLEMENTATIONS, PROJECTS_EACH] = [50, 200, 1_000, 4]
export const PROJECTS = BUILDERS * PROJECTS_EACH
export const DAY_MS = 86_400_000

/** An id as the product makes them, of a number. */
export const idOf = (prefix: string, n: number) => `${prefix}_${String(n).padStart(21, '0')}`
export const builderId = (n: number) => idOf('us', n % BUILDERS)
export const ownerId = (n: number) => idOf('us', BUILDERS + (n % OWNERS))
/** One of the owner's own, so that nobody is refused. */
export const widgetId = (n: number) => idOf('im', (n % OWNERS) + OWNERS * (Math.floor(n / OWNERS) % 5))
