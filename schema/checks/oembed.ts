import { z } from 'zod'

const pixels = z.coerce.number().int().min(1).max(10_000).optional()

/** The query of an oEmbed request, with the names that https://oembed.com gives them. */
export const oembedQuery = z.object({
  url: z.url({ protocol: /^https?$/ }),
  maxwidth: pixels,
  maxheight: pixels,
  format: z.literal('json').optional(),
})

export type OembedQuery = z.infer<typeof oembedQuery>
