import { z } from 'zod'
import { MAX_BUNDLE_BYTES, MAX_HEIGHT, MIN_HEIGHT, type Manifest } from '../wire/manifest'
import { normalizeOrigin } from '../wire/origin'
import { eventName } from './event'
import { jsonObject, line, paragraph, slug, version } from './fields'

/** Where a bundle may connect or load images from: it becomes a CSP source, so its spelling is exact. */
const source = z
  .string()
  .max(300)
  .refine(
    (value) => normalizeOrigin(value) === value && /^https:|^http:\/\/localhost(:|$)/.test(value),
    'Must be an https origin such as https://api.example.com, without a path.',
  )

const launcher = z.strictObject({
  label: line(40),
  icon: z
    .string()
    .max(2000)
    .regex(
      /^[Mm][MmZzLlHhVvCcSsQqTtAa0-9eE ,.+-]*$/,
      'Must be the path data of an SVG, such as "M4 4h16v12H9l-5 4z".',
    ),
  side: z.enum(['start', 'end']),
})

const height = z.number().int().min(MIN_HEIGHT).max(MAX_HEIGHT)

export const manifest = z.strictObject({
  name: slug,
  title: line(100),
  description: paragraph(2000),
  version,
  integrity: z
    .string()
    .regex(/^sha384-[A-Za-z0-9+/]{64}$/, 'Must be "sha384-" and the base64 digest of the bundle.'),
  size: z.number().int().min(1).max(MAX_BUNDLE_BYTES),
  config: jsonObject,
  presets: z.array(z.strictObject({ name: line(100), configuration: jsonObject })).max(50),
  permissions: z.strictObject({
    network: z.array(source).max(20),
    images: z.array(source).max(20),
    popups: z.boolean(),
  }),
  events: z.array(z.strictObject({ name: eventName, title: line(100) })).max(100),
  height,
  heights: z
    .array(z.strictObject({ from: z.number().int().min(1).max(4000), height }))
    .max(5)
    .refine(
      (heights) => heights.every(({ from }, index) => from > (heights[index - 1]?.from ?? 0)),
      'Must ascend by "from", the width in CSS pixels.',
    )
    .optional(),
  launcher: launcher.optional(),
}) satisfies z.ZodType<Manifest>
