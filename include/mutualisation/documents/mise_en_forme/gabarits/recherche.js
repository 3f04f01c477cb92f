
(function () {
  const champ = document.querySelector(".recherche"), section = champ.closest("section");
  const saisie = champ.querySelector("input"), etat = champ.querySelector("p"), liste = champ.querySelector("ul");
  const plat = (t) => " " + t.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase()
    .replace(/œ/g, "oe").replace(/æ/g, "ae").replace(/[^a-z0-9]+/g, " ").trim();
  const pages = new Map();
  let trouvees = [], autres = [];
  const chercher = () => {
    const cherche = plat(saisie.value), rien = cherche === " ";
    const place = (page) => plat(page.textContent).indexOf(cherche);
    // names that begin so come first
    trouvees = rien ? [] : [...pages.values()].filter((page) => place(page) >= 0).sort((a, b) => !!place(a) - !!place(b));
    liste.replaceChildren(...trouvees.map((page) => {
      const point = document.createElement("li");
      point.append(page.cloneNode(true));
      return point;
    }));
    const nombre = trouvees.length, dit = nombre + (nombre > 1 ? " noms" : " nom");
    etat.textContent = rien ? "" : nombre ? dit : "Aucun nom ne commence ainsi";
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
