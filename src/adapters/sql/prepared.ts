import type { CompiledQuery, QueryResult } from 'kysely'
import type { Database } from './tables.ts'

/** The place of a value in a compiled query: the row that it belongs to, and its name there. */
class Slot {
  readonly row: number
  readonly name: string

  constructor(row: number, name: string) {
    this.row = row
    this.name = name
  }
}

/**
 * Builds a query from rows that have placeholders as values. Each call brings its own values. All rows have the same
 * names.
 */
export type Query<Values extends object, Row> = (
  db: Database,
  rows: readonly Values[],
) => { compile(): CompiledQuery<Row> }

type CompiledByLength = Map<number, CompiledQuery>

const compiledOf = new WeakMap<Database, Map<unknown, CompiledByLength>>()

/**
 * Runs a query on a connection of this database. It is compiled once for each number of rows, and later calls only bind
 * their values: to build a small query costs more than to run it.
 */
export async function runPrepared<Values extends object, Row>(
  db: Database,
  connection: Database,
  query: Query<Values, Row>,
  rows: readonly Values[],
): Promise<QueryResult<Row>> {
  const compiled = compiledFor(db, query, rows) as CompiledQuery<Row>
  const parameters = compiled.parameters.map((value) =>
    value instanceof Slot ? (rows[value.row] as Record<string, unknown>)[value.name] : value,
  )
  return connection.executeQuery({ ...compiled, parameters })
}

function compiledFor<Values extends object, Row>(
  db: Database,
  query: Query<Values, Row>,
  rows: readonly Values[],
): CompiledQuery {
  const queries = compiledOf.get(db) ?? new Map<unknown, CompiledByLength>()
  compiledOf.set(db, queries)
  const byLength: CompiledByLength = queries.get(query) ?? new Map()
  queries.set(query, byLength)
  const found = byLength.get(rows.length) ?? query(db, rows.map(slotsOf)).compile()
  byLength.set(rows.length, found)
  return found
}

function slotsOf<Values extends object>(row: Values, index: number): Values {
  return Object.fromEntries(Object.keys(row).map((name) => [name, new Slot(index, name)])) as Values
}
