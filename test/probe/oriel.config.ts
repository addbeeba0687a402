import { defineConfig } from '@oriel/sdk/config'
import { z } from 'zod'

export default defineConfig({
  name: 'probe',
  title: 'Probe',
  description: 'Does what the host page tells it, so that tests can see what follows.',
  version: '1.2.3',
  height: 100,
  entry: './widget.tsx',
  permissions: { popups: true },
  config: z.object({
    greeting: z.string().default('Hello').meta({ 'x-host': true }),
    secret: z.string().default('kept'),
  }),
})
