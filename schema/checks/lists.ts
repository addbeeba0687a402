import { z } from 'zod'
import { DEAD_LETTER_STATES, USER_STATES } from '../wire/admin'
import { PERSONAS } from '../wire/permission'
import { REVENUE_TYPES } from '../wire/revenue'
import { id, listing, page, slug } from './fields'
import { time } from './usage'

/** What can be asked of each list. */

export const projectsQuery = listing(['updatedAt', 'createdAt', 'name']).extend({
  slug: slug.optional(),
  status: z.enum(['draft', 'in_review', 'published', 'suspended', 'archived']).optional(),
  kind: z.enum(['widget', 'template']).optional(),
})

export const offersQuery = listing(['releasedAt', 'name']).extend({
  kind: z.enum(['widget', 'template']).optional(),
})

export const implementationsQuery = listing(['createdAt', 'name', 'usageCount', 'lastActivity']).extend({
  status: z.enum(['active', 'paused', 'suspended', 'over_limit']).optional(),
  project: id('project').optional(),
})

export const customersQuery = listing(['since', 'name', 'implementations'])

export const revenueQuery = page.extend({ type: z.enum(REVENUE_TYPES).optional() })

export const usersQuery = listing(['createdAt', 'name', 'email']).extend({
  persona: z.enum(PERSONAS).optional(),
  state: z.enum(USER_STATES).optional(),
})

export const buildersQuery = listing(['createdAt', 'name', 'projects', 'implementations', 'revenue']).extend({
  state: z.enum(USER_STATES).optional(),
})

const word = z.string().max(100).optional()

export const auditQuery = page.extend({
  actor: word,
  action: word,
  resourceType: word,
  resourceId: word,
  requestId: word,
  from: time.optional(),
  to: time.optional(),
})

export const deadLettersQuery = page.extend({
  builder: id('user').optional(),
  implementation: id('implementation').optional(),
  reason: word,
  state: z.enum(DEAD_LETTER_STATES).optional(),
})
