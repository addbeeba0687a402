import { defineConfig } from 'drizzle-kit'

/** `npm run migration -- --name what_changes` compares the tables with the last migration and writes the next. */
export default defineConfig({ dialect: 'postgresql', schema: './schema/tables', out: './schema/postgres' })
