// Suggestions while one types, in the browser's own list (<datalist>): a library's would need forty
// kilobytes and a keyboard model of its own. Without this script the search works as before.
"use strict";

for (const field of document.querySelectorAll("[data-suggestions]")) {
  const input = field.querySelector("input");
  const list = document.createElement("datalist");
  list.id = input.id + "-suggestions";
  field.append(list);
  input.setAttribute("list", list.id);

  let waiting = 0;
  let asked = "";
  const ask = async () => {
    asked = input.value;
    const answer = await fetch(field.dataset.suggestions + "?query=" + encodeURIComponent(asked));
    if (!answer.ok || asked !== input.value) return;
    const options = (await answer.json()).map((school) => {
      const option = document.createElement("option");
      option.value = school.name;
      option.label = [school.urn, school.town].filter(Boolean).join(", ");
      return option;
    });
    list.replaceChildren(...options);
  };
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 200);
  });
}
