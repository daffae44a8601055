/* page_doctor.c: what the training's doctor saw, and what helps against it. */
#include "report/markup.h"
#include "report/page.h"

static void add_text(hg__text *t, const json_t *row, const char *name)
{
    const char *text = hg__page_text(row, name);
    hg__markup_wrap(t, "<td class=\"text\">", text ? text : "–", "</td>");
}

void hg__page_doctor(hg__text *t, const hg__page *p)
{
    const json_t *row, *rows = json_object_get(p->doctor, "findings");
    size_t i;
    if (!json_array_size(rows)) return;
    hg__text_add(t, "<section>\n<h2>What the doctor saw</h2>\n<div class=\"scroll\" tabindex=\"0\"><table>\n"
                    "<thead><tr><th scope=\"col\">seen</th><th scope=\"col\">what</th><th scope=\"col\">what helps</th>"
                    "</tr></thead>\n<tbody>\n");
    json_array_foreach(rows, i, row)
    {
        double epoch = hg__page_number(row, "epoch");
        if (epoch > 0) hg__text_add(t, "<tr><th scope=\"row\" class=\"when\">epoch %.0f</th>", epoch);
        else hg__text_add(t, "<tr><th scope=\"row\" class=\"when\">before it began</th>");
        add_text(t, row, "what");
        add_text(t, row, "remedy");
        hg__text_add(t, "</tr>\n");
    }
    hg__text_add(t, "</tbody></table></div>\n</section>\n");
}
