"""People: who they are, what role they have, for which departments they record."""

import hashlib
import secrets

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from strategy_app.models.change import current_change, history
from strategy_app.models.programme import Department


class UserManager(BaseUserManager):
    def create_user(self, username, password=None, **fields):
        """Create and return a user; without a password, one who cannot sign in by it."""
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, username, password=None, **fields):
        """Create and return a strategy admin (the name is the one Django calls)."""
        return self.create_user(username, password, role=User.Role.ADMIN, **fields)


class User(AbstractBaseUser):
    """Someone who may sign in. Rights follow from role and departments alone."""

    class Role(models.TextChoices):
        VIEWER = "viewer", _("Viewer")
        STAFF = "staff", _("Staff")
        MANAGER = "manager", _("Manager")
        ADMIN = "admin", _("Strategy admin")

    username = models.CharField(
        _("user name"),
        max_length=150,
        unique=True,
        validators=[UnicodeUsernameValidator()],
    )
    name = models.CharField(
        pgettext_lazy("of a person", "name"), max_length=150, blank=True
    )
    email = models.EmailField(_("e-mail"), blank=True)
    role = models.CharField(
        _("role"), max_length=10, choices=Role.choices, default=Role.VIEWER
    )
    departments = models.ManyToManyField(
        Department,
        verbose_name=_("departments"),
        blank=True,
        related_name="people",
        help_text=_("Staff record the alignments of these departments' programmes."),
    )
    language = models.CharField(
        _("language"),
        max_length=2,
        blank=True,
        choices=[("en", "English"), ("ja", "日本語")],
        help_text=_("Empty: as the browser asks."),
    )
    start_view = models.ForeignKey(
        "strategy_app.SavedView",
        verbose_name=_("start page"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="starts_of",
    )
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Otherwise they cannot sign in.")
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    history = history(excluded_fields=["password", "last_login"], m2m_fields=[departments])
    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self):
        return self.name or self.username

    def save(self, *args, **kwargs):
        # Signing in and changing one's password write columns without a history.
        if current_change() is None and self.pk is not None:
            self.skip_history_when_saving = True
        super().save(*args, **kwargs)
        self.__dict__.pop("skip_history_when_saving", None)

    def get_full_name(self):
        return str(self)

    def get_short_name(self):
        return str(self)

    # What Django's admin asks: it is for strategy admins, all of it or none.
    @property
    def is_staff(self):
        return self.is_active and self.role == self.Role.ADMIN

    def has_perm(self, _perm, _obj=None):
        return self.is_staff

    def has_perms(self, _perms, _obj=None):
        return self.is_staff

    def has_module_perms(self, _app_label):
        return self.is_staff


class ApiToken(models.Model):
    """A key to the API. Only its digest is kept, so it is shown once and never again."""

    user = models.ForeignKey(
        User, verbose_name=_("person"), on_delete=models.PROTECT, related_name="tokens"
    )
    name = models.CharField(_("name"), max_length=100)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    is_read_only = models.BooleanField(_("read only"), default=True)
    expires_at = models.DateTimeField(_("expires"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    history = history()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self):
        return self.name

    @staticmethod
    def new_key():
        """Return a fresh random key (256 bits)."""
        return secrets.token_urlsafe(32)

    @staticmethod
    def digest_of(key):
        """Return what is stored of a key; it is random, so no slow hash is needed."""
        return hashlib.sha256(key.encode()).hexdigest()

    @classmethod
    def of_key(cls, key):
        """Return the token of a key that is of use now, with its person; None for none."""
        token = cls.objects.filter(digest=cls.digest_of(key)).select_related("user").first()
        return token if token and token.is_usable and token.user.is_active else None

    @property
    def is_usable(self):
        """Whether it still opens the API."""
        return self.revoked_at is None and self.expires_at > timezone.now()
