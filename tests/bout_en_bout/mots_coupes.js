// words of headers and of cells of words whose letters stand on two lines; names of files may be cut
() => {
  const coupes = new Set()
  document.querySelectorAll('.bloc th, .bloc td.texte').forEach(cellule => {
    const textes = document.createTreeWalker(cellule, NodeFilter.SHOW_TEXT)
    while (textes.nextNode()) {
      const noeud = textes.currentNode
      if (noeud.parentElement.closest('code')) continue
      for (const mot of noeud.data.matchAll(/\p{L}+/gu)) {
        const plage = document.createRange()
        plage.setStart(noeud, mot.index)
        plage.setEnd(noeud, mot.index + mot[0].length)
        if (new Set([...plage.getClientRects()].map(r => Math.round(r.top))).size > 1) coupes.add(mot[0])
      }
    }
  })
  return [...coupes]
}
