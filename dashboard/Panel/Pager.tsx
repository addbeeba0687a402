import type { Pagination } from '../../schema/wire/api'

/** The way through a list that has more than one page. */
export function Pager({
  pagination,
  onPage,
}: {
  pagination: Pagination | undefined
  onPage: (page: number) => void
}) {
  if (!pagination || pagination.totalPages < 2) return null
  const { page, totalPages } = pagination
  return (
    <nav class="actions" aria-label="Pages">
      <button class="button" disabled={page <= 1} onClick={() => onPage(page - 1)}>
        Previous
      </button>
      <span class="soft">
        {page} of {totalPages}
      </span>
      <button class="button" disabled={page >= totalPages} onClick={() => onPage(page + 1)}>
        Next
      </button>
    </nav>
  )
}
