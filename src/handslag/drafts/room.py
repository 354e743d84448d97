"""What the house must know of drafts."""

from handslag.foundation.rooms import GONE, Column, Record, Room, each

DRAFT = Record(
    "drafts.Draft",
    {
        **each(Column(GONE), "id public_id case form author post number saved_at"),
        "content": Column(GONE, is_prose=True),
    },
    about="case.person",
)
"""The extract leaves drafts out: text that has not got its final form (2018:218 ch. 5 § 2), removed within the year."""

ROOM = Room(urls="handslag.drafts.pages.urls", records=(DRAFT,))
