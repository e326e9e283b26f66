"""The wheel over a flow, down and up again, and how the page followed: called in the page as `({ frames, ms })`.

It goes on for so many frames and for so long, whichever takes longer. `worst` is the longest frame in milliseconds, and
`most` the most elements that the canvas had in the page.
"""

from __future__ import annotations

PANNING = """({ frames: least = 0, ms = 0 }) => new Promise((done) => {
    const pane = document.querySelector('.react-flow__pane');
    const box = pane.getBoundingClientRect();
    const [clientX, clientY] = [box.x + box.width / 2, box.y + box.height / 2];
    const at = { clientX, clientY, bubbles: true, cancelable: true };
    let frames = 0, start = 0, worst = 0, last = 0, most = 0;
    const look = (now) => {
        if (start === 0) start = now; else { frames += 1; worst = Math.max(worst, now - last); }
        last = now;
        if (frames % 20 === 0) most = Math.max(most, document.querySelectorAll('.react-flow *').length);
        pane.dispatchEvent(new WheelEvent('wheel', { ...at, deltaY: frames % 120 < 60 ? 40 : -40 }));
        if (frames < least || now - start < ms) requestAnimationFrame(look);
        else done({ frames, seconds: (now - start) / 1000, worst, most });
    };
    requestAnimationFrame(look);
})"""
