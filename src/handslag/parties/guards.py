"""A post never changes its person or place, nobody leaves while a post of theirs is active, and two roles exclude."""

from handslag.foundation.guards import Guard, frozen, undeletable
from handslag.parties.rules import EXCLUSIVE_ROLES

_EXCLUSIVE = ", ".join(f"'{role}'" for role in EXCLUSIVE_ROLES)

GUARDS = [
    frozen("parties_user", "id", "public_id"),
    undeletable("parties_user"),
    Guard(
        "parties_user_leaves_after_posts",
        "parties_user",
        "UPDATE",
        "OLD.is_active AND NOT NEW.is_active AND EXISTS "
        "(SELECT 1 FROM parties_post p WHERE p.user_id = NEW.id AND p.is_active)",
        "parties_user: end the posts before the user",
    ),
    frozen("parties_post", "id", "public_id", "user_id", "role", "party_id", "unit_id", "association_id"),
    undeletable("parties_post"),
    *(
        Guard(
            f"parties_post_stands_on_{event.lower()}",
            "parties_post",
            event,
            "NEW.is_active AND (NOT EXISTS (SELECT 1 FROM parties_user u WHERE u.id = NEW.user_id AND u.is_active) "
            "OR (NEW.unit_id IS NOT NULL AND NOT EXISTS "
            "(SELECT 1 FROM parties_unit u WHERE u.id = NEW.unit_id AND u.party_id = NEW.party_id)))",
            "parties_post: an active post needs an active user and a unit of its own party",
            lock="1 FROM parties_user u WHERE u.id = NEW.user_id FOR SHARE",
        )
        for event in ("INSERT", "UPDATE")
    ),
    *(
        Guard(
            f"parties_post_excludes_on_{event.lower()}",
            "parties_post",
            event,
            f"NEW.is_active AND NEW.role IN ({_EXCLUSIVE}) AND EXISTS (SELECT 1 FROM parties_post o "
            f"WHERE o.user_id = NEW.user_id AND o.is_active AND o.role IN ({_EXCLUSIVE}) AND o.role <> NEW.role)",
            "parties_post: nobody is both association officer and measure staff",
            lock="1 FROM parties_user u WHERE u.id = NEW.user_id FOR NO KEY UPDATE",
        )
        for event in ("INSERT", "UPDATE")
    ),
    frozen("parties_absence", "id", "public_id", "post_id"),
    frozen("parties_party", "id", "code", "kind"),
    undeletable("parties_party"),
    frozen("parties_unit", "id", "public_id", "party_id"),
    undeletable("parties_unit"),
]
