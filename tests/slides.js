// Sets the formulas, fits each slide to its screen, and starts reveal.js; on a narrow screen a deck stays a page to scroll.
(() => {
  const narrow = matchMedia("(max-width: 700px)");
  const copy = /[?&]receiver/.test(location.search); // one of the two small pictures in the speaker's window
  const [LARGEST, SMALLEST, SMALLEST_EXPLORER, SLACK] = [1.24, 0.6, 0.76, 8]; // an explorer scrolls rather than shrink more

  const fits = (box) => box.scrollHeight <= box.clientHeight + SLACK && box.scrollWidth <= box.clientWidth + SLACK;

  // The largest size at which a slide holds all that is on it. A formula wider than its column is set smaller alone.
  function fit(section) {
    const boxes = section.querySelectorAll(".screen, .content, pre, .frame");
    const smallest = section.matches(".explorer") ? SMALLEST_EXPLORER : SMALLEST;
    for (let size = LARGEST; size >= smallest; size -= 0.04) {
      section.style.setProperty("--fit", size.toFixed(2));
      for (const formula of section.querySelectorAll(".formula")) {
        formula.style.fontSize = "";
        const [width, room] = [formula.scrollWidth, formula.clientWidth];
        if (width > room) formula.style.fontSize = `${((0.99 * room) / width).toFixed(3)}em`;
      }
      if ([...boxes].every(fits)) return;
    }
  }

  async function show() {
    if (narrow.matches && !copy) {
      for (const box of document.querySelectorAll(".formula, table")) if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
      return;
    }
    const style = document.getElementById("reveal-style"); // without it a deck is one page
    if (!style.sheet) await new Promise((loaded) => style.addEventListener("load", loaded));
    style.media = "all";
    document.documentElement.classList.add("show");
    document.querySelectorAll("aside.notes mjx-assistive-mml").forEach((twin) => twin.remove()); // the speaker's window would show both
    const deck = new Reveal(document.querySelector(".reveal"), {
      width: 1280,
      height: 720,
      margin: 0,
      center: false,
      hash: true,
      slideNumber: "c/t",
      transition: "none",
      backgroundTransition: "none",
      navigationMode: "linear",
      scrollActivationWidth: null,
      pdfSeparateFragments: false,
      keyboardCondition: () => !document.activeElement?.closest("[data-explorer], pre"),
      keyboard: { 78: beside },
      plugins: [RevealNotes],
    });
    function beside() {
      deck.configure({ showNotes: !deck.getConfig().showNotes });
      deck.layout();
    }
    await deck.initialize();
    document.documentElement.classList.add("fitting"); // all slides are laid out
    document.querySelectorAll(".slides section").forEach(fit);
    document.documentElement.classList.remove("fitting");
    window.deck = deck;
  }

  if (!copy) narrow.addEventListener("change", () => location.reload());
  window.MathJax = {
    svg: { fontCache: "local" },
    options: { enableMenu: false },
    tex: { inlineMath: [["\\(", "\\)"]], displayMath: [["\\[", "\\]"]] },
    startup: { pageReady: () => MathJax.startup.defaultPageReady().then(show) },
  };
})();
