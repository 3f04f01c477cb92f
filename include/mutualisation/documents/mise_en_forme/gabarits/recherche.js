
(function () {
  const champ = document.querySelector(".recherche"), section = champ.closest("section");
  const saisie = champ.querySelector("input"), etat = champ.querySelector("p"), liste = champ.querySelector("ul");
  const plat = (t) => " " + t.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase()
    .replace(/œ/g, "oe").replace(/æ/g, "ae").replace(/[^a-z0-9]+/g, " ").trim();
  const pages = new Map();
  let trouvees = [], autres = [];
  const colle = (t) => t.replace(/ /g, "");
  const saint = (t) => t.replace(/ st(e?)(?= |$)/g, " saint$1");
  // the name, then the code that the address of its page begins with
  const code = (page) => plat(page.getAttribute("href").replace("sans_commune_", "").split("_")[0]);
  const dit = (page) => saint(plat(page.textContent)) + code(page);
  const chercher = () => {
    const tapees = plat(saisie.value), rien = tapees === " ";
    // a name begins so, one of its words does, it holds it, spaces or not; « st » may be the start of « Steenwerck »
    const rang = (page) => Math.min(...[tapees, saint(tapees)].map((t) => {
      const place = dit(page).indexOf(t);
      return place === 0 ? 0 : place > 0 ? 1 : colle(dit(page)).includes(colle(t)) ? 2 : 3;
    }));
    trouvees = rien ? [] : [...pages.values()].filter((page) => rang(page) < 3).sort((a, b) => rang(a) - rang(b));
    liste.replaceChildren(...trouvees.map((page) => {
      const point = document.createElement("li");
      point.append(page.cloneNode(true));
      return point;
    }));
    const nombre = trouvees.length, compte = nombre + (nombre > 1 ? " noms" : " nom");
    etat.textContent = rien ? "" : nombre ? compte : "Aucun nom trouvé";
    autres.forEach((bloc) => { bloc.hidden = !rien; });
  };
  document.addEventListener("DOMContentLoaded", () => {
    autres = [...section.children].filter((bloc) => ["H3", "P"].includes(bloc.tagName));
    section.querySelectorAll("p a").forEach((page) => pages.set(page.getAttribute("href"), page));
    champ.hidden = false;
    chercher();
  });
  saisie.addEventListener("input", chercher);
  champ.addEventListener("submit", (envoi) => {
    envoi.preventDefault();
    if (trouvees.length) location.href = trouvees[0].href;
  });
})();
