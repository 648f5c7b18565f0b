const box = document.getElementById("filter");
const rows = document.querySelectorAll("#prices tbody tr");
box.hidden = false;
box.addEventListener("input", () => {
  const text = box.value.trim().toLowerCase();
  for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(text);
});
