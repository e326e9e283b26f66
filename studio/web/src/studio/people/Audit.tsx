/** What was done, by whom, page by page. */

import { useInfiniteQuery } from "@tanstack/react-query";
import { History } from "lucide-react";
import { useState } from "react";
import { peopleStrings as words } from "../../strings/en/people";
import { wordsOf } from "../api/http";
import { useProject } from "../document/DocumentProvider";
import { Empty, SkeletonRows } from "../ui/Bits";
import { Button } from "../ui/Button";
import { Choice } from "../ui/Field";
import { When } from "../versions/When";
import { detailWords } from "./detailWords";
import { peopleApi } from "./peopleApi";

export function Audit() {
  const { project } = useProject();
  const [scope, setScope] = useState<"this" | "all">("this");
  const { data, error, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ["audit", scope === "this" ? project : null],
    queryFn: ({ pageParam }) => peopleApi.audit(pageParam, scope === "this" ? project : null),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.at(-1)?.number ?? null,
    staleTime: 0,
  });
  const rows = data?.pages.flat() ?? [];
  const columns = words.auditColumns;
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="text-sm text-soft">{words.auditHint}</p>
        <Choice
          label={columns.project}
          className="w-44!"
          value={scope}
          options={[
            { value: "this", label: words.auditThis },
            { value: "all", label: words.auditAll },
          ]}
          onChange={setScope}
        />
      </div>
      {error !== null && <p role="alert" className="text-sm text-danger">{wordsOf(error)}</p>}
      {data === undefined && error === null && <SkeletonRows />}
      {data !== undefined && rows.length === 0 && <Empty icon={History} title={words.auditNone} hint={words.auditNoneHint} />}
      {rows.length > 0 && (
        <div className="overflow-hidden rounded-lg border bg-surface">
          <table className="w-full table-fixed text-sm" data-testid="audit">
            <thead>
              <tr className="border-b text-left text-xs text-soft">
                <th scope="col" className="w-32 px-4 py-2 font-medium">{columns.at}</th>
                <th scope="col" className="w-32 px-2 font-medium">{columns.who}</th>
                <th scope="col" className="w-40 px-2 font-medium">{columns.what}</th>
                {scope === "all" && <th scope="col" className="w-32 px-2 font-medium max-md:hidden">{columns.project}</th>}
                <th scope="col" className="px-2 font-medium max-sm:hidden">{columns.detail}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.number} className="border-b align-top last:border-b-0">
                  <td className="px-4 py-2 text-soft"><When at={row.at} /></td>
                  <td className="truncate px-2 py-2">{row.person_name}</td>
                  <td className="px-2 py-2">{row.action}</td>
                  {scope === "all" && <td className="truncate px-2 py-2 max-md:hidden">{row.project}</td>}
                  <td className="px-2 py-2 break-words text-soft max-sm:hidden">{detailWords(row.detail)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {hasNextPage && rows.length > 0 && (
        <Button className="self-center" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()} data-testid="older">
          {words.older}
        </Button>
      )}
    </>
  );
}
