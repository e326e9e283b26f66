"""Counts what React draws again, in the page as it is served: through the hook that its developer tools use.

React tells the hook of every commit. A part of the canvas counts as drawn again where its component ran although it was
there before; one that has come newly into view does not.
"""

from __future__ import annotations

from playwright.sync_api import Page

COUNTING = """(() => {
    const counts = { commits: 0, steps: 0, lines: 0, marks: 0 };
    window.__drawn = counts;
    const RAN = 1;  // React's flag of a component that ran in this commit
    const kindOf = (props) => {
        if (props === null || typeof props !== 'object') return null;
        if (props.data?.look !== undefined && 'positionAbsoluteX' in props) return 'steps';
        if (props.data?.edge !== undefined && 'sourceX' in props) return 'lines';
        return 'isSelected' in props && 'colour' in props ? 'marks' : null;
    };
    const look = (now, before) => {
        const kind = (now.flags & RAN) === RAN ? kindOf(now.memoizedProps) : null;
        if (kind !== null) counts[kind] += 1;
        if (now.child === before.child) return;  // nothing below was looked at
        for (let child = now.child; child !== null; child = child.sibling)
            if (child.alternate !== null) look(child, child.alternate);
    };
    window.__REACT_DEVTOOLS_GLOBAL_HOOK__ = {
        supportsFiber: true,
        isDisabled: false,
        renderers: new Map(),
        inject: () => 1,
        checkDCE: () => undefined,
        onCommitFiberUnmount: () => undefined,
        onPostCommitFiberRoot: () => undefined,
        onCommitFiberRoot: (_, root) => {
            counts.commits += 1;
            if (root.current.alternate !== null) look(root.current, root.current.alternate);
        },
    };
})()"""


def count_draws(page: Page) -> None:
    """Count from the next time on that the page is loaded."""
    page.add_init_script(COUNTING)


def drawn(page: Page) -> dict[str, int]:
    """Return how often parts of the canvas were drawn again since the page was loaded."""
    found: dict[str, int] = page.evaluate("() => ({ ...window.__drawn })")
    return found
