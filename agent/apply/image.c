/* SPDX-License-Identifier: MIT */
#include "apply/image.h"

static const struct field acl_fields[] = {
        FIELD_NAME(struct acl_entry, tag, acl_tag_names),
        FIELD_PLAIN(U32, struct acl_entry, id),
        FIELD_ALWAYS(U32, struct acl_entry, perms),
};
static const struct shape acl_shape = SHAPE("entry", struct acl_entry, acl_fields);

static const struct field xattr_fields[] = {
        FIELD_ALWAYS(STRING, struct xattr, name),
        FIELD_ALWAYS(STRING, struct xattr, value),
};
static const struct shape xattr_shape = SHAPE("xattr", struct xattr, xattr_fields);

static const struct field node_state_fields[] = {
        FIELD_NAME(struct node_state, type, node_type_names),
        FIELD_ALWAYS(U32, struct node_state, uid),
        FIELD_ALWAYS(U32, struct node_state, gid),
        FIELD_ALWAYS(MODE, struct node_state, mode),
        FIELD_ALWAYS(U64, struct node_state, dev),
        FIELD_ALWAYS(U64, struct node_state, ino),
        FIELD_ARRAY(struct node_state, acl, acl_shape),
        FIELD_ARRAY(struct node_state, xattrs, xattr_shape),
};
const struct shape node_state_shape = SHAPE("node", struct node_state, node_state_fields);

static const struct field group_state_fields[] = {
        FIELD_ALWAYS(U32, struct group_state, gid),
        FIELD_ALWAYS(STRINGS, struct group_state, members),
};
static const struct shape group_state_shape = SHAPE("group", struct group_state, group_state_fields);

static const struct field service_fields[] = {
        FIELD_PLAIN(STRING, struct service_state, program),
        FIELD_PLAIN(STRING, struct service_state, unit),
        FIELD_PLAIN(U32, struct service_state, pid),
        FIELD_PLAIN(I64, struct service_state, started),
        FIELD_PLAIN(STRING, struct service_state, exe),
        FIELD_PLAIN(STRING, struct service_state, config),
        FIELD_PLAIN(BOOL, struct service_state, restarted),
        FIELD_PLAIN(BOOL, struct service_state, was_down),
};
static const struct shape service_shape = SHAPE("service", struct service_state, service_fields);

static const struct field image_fields[] = {
        FIELD_PLAIN(BOOL, struct image, absent),
        FIELD_OPTIONAL(struct image, node, node_state_shape),
        FIELD_PLAIN(STRING, struct image, digest),
        FIELD_PLAIN(STRING, struct image, blob),
        FIELD_OPTIONAL(struct image, group, group_state_shape),
        FIELD_OPTIONAL(struct image, service, service_shape),
};
const struct shape image_shape = SHAPE("image", struct image, image_fields);

void image_free(struct image *image)
{
	shape_free(&image_shape, image);
}

void node_state_free(struct node_state *node)
{
	shape_free(&node_state_shape, node);
}

void service_state_free(struct service_state *service)
{
	shape_free(&service_shape, service);
}
