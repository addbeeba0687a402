import { defineConfig } from '@oriel/sdk/config'
import { z } from 'zod'

export default defineConfig({
  name: 'poll',
  title: 'Poll',
  description: 'One question, two to six answers. Visitors choose, and may change their mind.',
  version: '1.0.0',
  height: 225,
  entry: './widget.tsx',
  config: z.object({
    question: z
      .string()
      .min(1)
      .max(120)
      .default('Coffee or tea?')
      .meta({ title: 'Question', 'x-host': true }),
    answers: z
      .array(z.string().min(1).max(60))
      .min(2)
      .max(6)
      .default(['Coffee', 'Tea'])
      .meta({ title: 'Answers', description: 'Two to six.' }),
    thanks: z
      .string()
      .max(120)
      .default('Thank you. Your answer counts.')
      .meta({ title: 'Shown after the choice' }),
    accent: z
      .string()
      .regex(/^#[0-9a-fA-F]{6}$/)
      .default('#3b5bdb')
      .meta({ title: 'Accent colour', format: 'color' }),
  }),
  presets: [
    { name: 'Yes or no', configuration: { question: 'Was this page helpful?', answers: ['Yes', 'No'] } },
    {
      name: 'How was it?',
      configuration: {
        question: 'How do you like our new site?',
        answers: ['Love it', 'Good', 'So-so', 'Not for me'],
        accent: '#0f766e',
      },
    },
  ],
  events: [{ name: 'vote', title: 'Vote cast' }],
})
