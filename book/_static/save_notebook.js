/* Links to notebooks save them. A browser shows a file from disk instead of saving it, and lets no script read it; so
   there the text comes from a script that the build writes beside each notebook. */
addEventListener("click", (event) => {
  const link = event.target.closest('a[href*="_sources/"][href$=".ipynb"]');
  if (!link) return;
  link.download = link.href.split("/").pop();
  if (location.protocol !== "file:") return;
  event.preventDefault();
  window.saveNotebook = (text) => {
    const href = URL.createObjectURL(new Blob([text], { type: "application/x-ipynb+json" }));
    Object.assign(document.createElement("a"), { href, download: link.download }).click();
  };
  document.head.append(Object.assign(document.createElement("script"), { src: `${link.href}.js` }));
});
