import { defineConfig } from '@oriel/sdk/config'
import { z } from 'zod'

export default defineConfig({
  name: 'contact-form',
  title: 'Contact form',
  description:
    'Visitors leave a message; the page around it receives it and decides what becomes of it. Oriel counts that one was sent and sees nothing of it.',
  version: '1.0.0',
  height: 427,
  entry: './widget.tsx',
  config: z.object({
    heading: z.string().max(120).default('Write to us').meta({ title: 'Heading', 'x-host': true }),
    topics: z
      .array(z.string().min(1).max(60))
      .max(8)
      .default(['A question', 'An order', 'Something else'])
      .meta({ title: 'Topics', description: 'Up to eight to choose from; none leaves the choice out.' }),
    button: z.string().min(1).max(40).default('Send message').meta({ title: 'Button' }),
    thanks: z
      .string()
      .max(200)
      .default('Thank you. We answer within two days.')
      .meta({ title: 'Shown after sending' }),
    accent: z
      .string()
      .regex(/^#[0-9a-fA-F]{6}$/)
      .default('#3b5bdb')
      .meta({ title: 'Accent colour', format: 'color' }),
  }),
  presets: [
    {
      name: 'Reservations',
      configuration: {
        heading: 'Reserve a table',
        topics: ['Two people', 'Three or four', 'A larger party'],
        button: 'Ask for a table',
        thanks: 'Thank you. We write back today.',
        accent: '#0f766e',
      },
    },
  ],
  events: [{ name: 'sent', title: 'Message sent' }],
  launcher: { label: 'Contact', icon: 'M2 5h20v14H2zm2 2v1l8 5 8-5V7l-8 5z' },
})
