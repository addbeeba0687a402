import { defineConfig } from '@oriel/sdk/config'
import { z } from 'zod'

export default defineConfig({
  name: 'hostile',
  title: 'Hostile',
  description: 'Tries everything that a widget must not be able to do.',
  version: '1.0.0',
  height: 60,
  entry: './widget.tsx',
  config: z.object({
    secret: z.string().default('').meta({ 'x-host': true }),
    // Named like what the host page's configuration tries to change.
    polluted: z.string().default(''),
  }),
})
