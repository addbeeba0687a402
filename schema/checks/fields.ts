import { z } from 'zod'
import { ID_PREFIX, type IdKind } from '../wire/id'
import type { JsonObject } from '../wire/json'
import { normalizeOrigin } from '../wire/origin'

/** Pieces that the checks share. Messages are whole sentences that stand beside the field. */

/** One line of text as people type it. */
export const line = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .regex(/^\P{Cc}*$/u, 'Must be one line without control characters.')

export const paragraph = (max: number) => z.string().trim().max(max)

export const id = (kind: IdKind) =>
  z
    .string()
    .regex(
      new RegExp(`^${ID_PREFIX[kind]}_[\\w-]{21}$`),
      `Must be the id of ${/^[aeio]/.test(kind) ? 'an' : 'a'} ${kind}.`,
    )

export const jsonObject: z.ZodType<JsonObject> = z.record(z.string(), z.json())

export const slug = z
  .string()
  .max(63)
  .regex(/^[a-z0-9][a-z0-9-]*$/, 'Must be lower-case letters, digits and dashes, and not start with a dash.')

export const channelName = z
  .string()
  .max(31)
  .regex(/^[a-z][a-z0-9-]*$/, 'Must be lower-case letters, digits and dashes, and start with a letter.')

/** Semantic version 2.0.0, by the expression that https://semver.org suggests. */
export const version = z
  .string()
  .max(64)
  .regex(
    /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?$/,
    'Must be a semantic version such as 1.4.0.',
  )

/** Whatever names an origin, in the one spelling that browsers compare. */
export const origin = z
  .string()
  .max(300)
  .transform((value, context) => {
    const normal = normalizeOrigin(value)
    if (normal) return normal
    context.addIssue(
      'Must be an origin such as https://example.com or https://*.example.com, without a path.',
    )
    return z.NEVER
  })

/** The address of a page. */
export const pageUrl = z
  .string()
  .trim()
  .max(2048)
  .refine(
    (value) =>
      URL.canParse(value) && normalizeOrigin(new URL(value).origin) !== undefined && !new URL(value).username,
    'Must be the address of a web page, starting with https:// or http://.',
  )

/** A page of a list that can be searched and sorted; `order` is of the sorting. */
export const listing = <const Sort extends string>(sorts: readonly [Sort, ...Sort[]]) =>
  page.extend({
    search: z.string().trim().max(100).optional(),
    sort: z.enum(sorts).optional(),
    order: z.enum(['asc', 'desc']).optional(),
  })

export const page = z.object({
  page: z.coerce.number().int().min(1).max(1_000_000).default(1),
  limit: z.coerce.number().int().min(1).max(100).default(20),
})
